"""Papers as other offices set them: drawn as PDFs, read through the front door, judged by what must and must not be found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import weasyprint

from casefile.records import Finding, PageText
from extractors.documents import classify
from extractors.registry import find_all
from intake.limits import Limits
from intake.read import read_file

STYLE = "<style>@page{size:letter;margin:.6in} body{font:10pt sans-serif} table{border-collapse:collapse;width:100%}\
 td,th{border:.7pt solid;text-align:left;vertical-align:top;padding:2px 4px} .c{font-size:6.5pt;display:block} .n td{border:0}</style>"


def table(*rows: str, heads: str = "") -> str:
    head = "<tr><th>" + heads.replace("|", "<th>") + "</tr>" if heads else ""
    return "<table>" + head + "".join("<tr><td>" + row.replace("|", "<td>") + "</tr>" for row in rows) + "</table>"


def captions(*cells: str) -> str:
    """A row of cells, each "CAPTION=value" with the caption set small above."""
    pairs = (cell.split("=", 1) for cell in cells)
    return table("|".join(f"<span class=c>{caption}</span>{value}" for caption, value in pairs))


GRID = "<h2>DME WRITTEN ORDER</h2>" + captions("PATIENT LAST NAME, FIRST, MI=HARGROVE, DELPHINE M", "BIRTH DT=07/19/1949", "MBR #=BSA440917720") \
    + captions("ORDERING/TREATING PRACTITIONER=Wendell Abernathy, DO", "PROV NPI=1003000126", "RX DT=10/06/2026") \
    + table("E0143|Walker|1|99", "E0156|Seat|2|12", heads="HCPCS|Description|Qty|LON (mos)")  # fmt: skip
TICKS = "<p>Patient Name: Marguerite Ruiz</p><p>ICD-10 (check one): [ ] E10.9 &nbsp; [X] E11.65 &nbsp; [ ] E11.9</p>\
<p>Length of need: [ ] 12 months [X] 99 (lifetime)</p><p>SIG: 2 LPM continuous.</p>"
CLAIM = captions("21. DIAGNOSIS OR NATURE OF ILLNESS OR INJURY=A. G47.33 &nbsp; B. I10 &nbsp; C. E66.9") + captions(
    "17. NAME OF REFERRING PROVIDER=DK Rufus Ainsworth MD", "17b. NPI=1003000126", "23. PRIOR AUTHORIZATION NUMBER=QH26A009917"
) + table("E0601|RR|A|185.00|1", "A7030|NU|AB|210.00|1", heads="PROCEDURES|MOD|DIAGNOSIS POINTER|CHARGES|UNITS")  # fmt: skip
NOTICE = (
    "<h2>Notice of Denial of Medical Coverage</h2><p>Date: October 28, 2026</p><p>We denied K0823. It is not medically necessary.</p>\
<p>Ask Golden Prairie Medicare Advantage for an appeal within 65 calendar days of the date of this notice.</p>\
<p>If you cannot wait, ask for a fast (72 hour) appeal by phone.</p>\
<p>For a standard appeal: Mailing address: Golden Prairie Appeals, PO Box 9914, Wichita, KS 67201</p>"
)
EOB = "<h3>Northlake Mutual Health &ndash; EXPLANATION OF BENEFITS</h3><p>Statement date: 10/30/2026</p>" + table(
    "Patient: GRETA LINDQVIST|Provider: Bayside Medical LLC|Provider NPI: 1003000126"
) + "<p>CO-197: Precertification was not obtained. You may file an appeal within 180 days. Send your appeal to:<br>\
Northlake Member Appeals<br>PO Box 771, Duluth, MN 55801</p>"  # fmt: skip
REMITTANCE = "<pre>PALMETTO STATE ADMINISTRATORS      MEDICARE REMITTANCE ADVICE     DATE: 10/21/2026\n\
NAME FENNIMORE, ALOYSIUS   HIC 3KA8VE2RT91    ICN 26288300117700\n\
0915 091526 12  1   E1390   RR     165.00   0.00   0.00   CO-50  165.00   0.00\n\
                                                   REM: N115 M25</pre>"
VISIT = "<h3>Physical Therapy Evaluation</h3>" + table("Patient Name<br>Emmeline Sorrell|DOB<br>08/02/1947|ENC DATE<br>10/21/2026") \
    + "<p>The authorization number A1234567 was given by phone.</p><p>Treatment: 97110, 97116 and 97530.</p>"  # fmt: skip
FACES = "<h2>REGISTRATION FORM</h2>" + table(
    "Last name<br>ABARA|First name<br>CHIDINMA|MI<br>O|Date of birth<br>03/15/1988", "Primary payor|Lone Star HMO|Subscriber ID|LSS30099187",
    "Secondary payor|Hawkeye Supplement|Policy #|HS2200917", "Eff. date|01/01/2026|Copay|$40"
)  # fmt: skip
STUDY = "<h1>Overnight Oximetry Report</h1>" + table(
    "Patient|Quimby, Harlan|DOB|1951-08-23", "Mean SpO2|89.4%|Lowest SpO2|78%", "Time &lt;= 88%|02:13:48|Time &lt; 90%|03:50:02"
)  # fmt: skip
EVENTS = "<h2>Polysomnogram</h2>" + table("Central apneas|4|0.7", "AHI|194|32.2", heads="|Count|Index (/hr)")
WOUND = "<h2>Wound Assessment</h2>" + table(
    "Length (cm)|6.2|2.0", "Width (cm)|4.8|1.5", "Depth (cm)|2.1|0.4", heads="|Wound #1|Wound #2"
)
TICKET = "<h2>DELIVERY TICKET</h2><p>Delivered 10/19/26</p>" + table(
    "DELIVER TO<br>Ignatius Crowe<br>231 Old Mill Rd, Unit 6<br>Nicholasville, KY 40356|Auth # 2610-44871"
)
REMINDER = (
    "<p>Bluff City Health Plan, Inc.<br>Appeals Department</p><p>November 9, 2026</p><p>Hildegard Nwachukwu<br>31 Riverbend Dr<br>\
Memphis, TN 38103</p><p>Dear Ms. Nwachukwu: We are upholding our decision; the bed is not medically necessary.</p>\
<p>Send your appeal to: Review Unit, 500 James Pkwy, Nashville TN 37243.</p>"
)

ORDER = "<h2>Home Oxygen Order</h2><table class=n><tr><td>Length of need (99 = lifetime)<td>99</tr><tr><td>O2 sat on room air<td>86%</tr></table>" \
    "<p>Plan: Prairie Health / ID# PSH-55102-04 / Grp 7719</p><p>Telephone order taken 11/14/2026 @ 1510, read back.</p>" \
    "<p>E1390 RRQE, E0431 NUKX; if greater than 4 LPM is prescribed, enter a test taken on 4 LPM.</p><p>Therapy dates: 11/16/2026 - 02/16/2027</p>"  # fmt: skip
CERTIFICATE = "<h2>CERTIFICATE OF MEDICAL NECESSITY</h2>" + table(
    "a) 54 mm Hg<br>b) 87 %<br>c) 09/28/2026|1. Enter (a) arterial blood gas PO2 and/or (b) oxygen saturation test; (c) date of test.",
    "1 &nbsp; (2) &nbsp; 3|3. (1) At Rest; (2) During Exercise; (3) During Sleep",
) + "<p>NAME OF PERSON ANSWERING, IF OTHER THAN PHYSICIAN: Dena Ruiz</p>"  # fmt: skip
RESUPPLY = "<h2>PAP Resupply Order</h2>" + table("[X]|A7030 Full face mask|1 per 3 months", "[ ]|A7034 Nasal mask|1 per 6 months") \
    + "<p>Signed electronically 10/20/2026 08:02 AM</p>"  # fmt: skip
ROUTINE = "<h2>Blood gas report</h2>" + table("pO2|53|L|80-100", "O2 SAT, CALC|86.4|L|94-98", heads="TEST|RESULT|FLAG|REFERENCE") \
    + "<p>Duration: 07:32:10</p><p>Member ID: SCP100448/01</p>"  # fmt: skip
CALLS = "<h2>Payer call log</h2>" + table("11/02/26|Marisol|CALL-77120<br>93-A|No auth on file", "11/03/26|Dev|I-20261103|Sent",
                                          heads="Date|Spoke with|Ref #|Summary") + "<p>Prior auth 1-800-555-0178</p>"  # fmt: skip
DRESSINGS = "<h2>Wound dressing order</h2><p>Wound size (LxWxD): 3.2 x 2.1 x 0.4 cm</p>" + table(
    "Calcium alginate|A6196|4x4|30", heads="Product|HCPCS|Size|Qty"
)
SEEN = "<h2>Discharge Summary</h2><p>DME: home oxygen. A face-to-face encounter took place on 10/19/2026. SOC expected 10/22/2026.</p>" \
    "<p>Diagnoses this visit; Feb 5 2027 follow-up.</p><p>Electronically authenticated by Emeric Sandoval, MD, 11/02/2026 17:12 NPI 1003000126</p>"  # fmt: skip
CAPITALS = (
    "<p>HIGH DESERT HEALTH PLAN REMITTANCE ADVICE</p><p>November 2, 2026</p><p>WE CANNOT APPROVE THE REQUEST. THE NOTES DO NOT SHOW THE NEED.</p>\
<p>YOU MAY REQUEST AN APPEAL OR AN EXTERNAL REVIEW. A PEER-TO-PEER CALL IS OPEN. TO SCHEDULE CALL (800) 555-0188.</p>"
)


@pytest.mark.parametrize("html, found", [
    (ORDER, {"length_of_need": ["99"], "group_number": ["7719"], "order_date": ["2026-11-14"], "modifier": ["RR", "QE", "NU", "KX"],
             "liters_per_minute": [], "service_start": ["2026-11-16"], "service_end": ["2027-02-16"]}),
    (CERTIFICATE, {"po2": ["54"], "spo2": ["87 exertion"], "service_start": ["2026-09-28"], "ordering_provider_name": []}),
    (RESUPPLY, {"quantity": ["1 per 3 months"], "signature": ["present"]}),
    (ROUTINE, {"reference_number": [], "spo2": ["86.4 None"], "length_of_need": [], "member_id": ["SCP100448"]}),
    (CALLS, {"reference_number": ["CALL7712093A", "I20261103"], "authorization_number": []}),
    (DRESSINGS, {"wound_size": ["3.2x2.1x0.4"]}),
    (SEEN, {"ordering_provider_npi": ["1003000126"], "other_npi": [], "service_start": ["2026-10-19", "2026-10-22"]}),
    (CAPITALS, {"external_review": ["offered"], "peer_to_peer": ["8005550188"], "denial_date": ["2026-11-02"],
                "payer_name": ["HIGH DESERT HEALTH PLAN"], "denial_reason": ["not medically necessary"]}),
    (GRID, {"member_name": ["Delphine M Hargrove"], "member_dob": ["1949-07-19"], "member_id": ["BSA440917720"], "order_date": ["2026-10-06"],
            "ordering_provider_name": ["Wendell Abernathy"], "ordering_provider_npi": ["1003000126"], "quantity": ["1", "2"],
            "length_of_need": ["99", "12"]}),
    (TICKS, {"icd10": ["E11.65"], "length_of_need": ["99 (lifetime)"], "frequency": ["2 LPM continuous"], "liters_per_minute": ["2"]}),
    (CLAIM, {"diagnosis_link": ["E0601 G47.33", "A7030 G47.33", "A7030 I10"], "icd10": ["G47.33", "I10", "E66.9"],
             "ordering_provider_name": ["Rufus Ainsworth"], "authorization_number": ["QH26A009917"]}),
    (NOTICE, {"expedited_appeal": ["offered"], "appeal_address": ["Golden Prairie Appeals, PO Box 9914, Wichita, KS 67201"],
              "payer_name": ["Golden Prairie Medicare Advantage"], "appeal_deadline": ["2027-01-01"]}),
    (EOB, {"ordering_provider_npi": [], "other_npi": ["1003000126"], "payer_name": ["Northlake Mutual Health"],
           "appeal_address": ["Northlake Member Appeals PO Box 771, Duluth, MN 55801"], "denial_date": ["2026-10-30"]}),
    (REMITTANCE, {"denial_code": ["CO-50", "N115", "M25"], "member_name": ["Aloysius Fennimore"], "payer_name": ["PALMETTO STATE ADMINISTRATORS"]}),
    (VISIT, {"service_end": [], "service_start": ["2026-10-21"], "authorization_number": ["A1234567"], "cpt": ["97110", "97116", "97530"]}),
    (FACES, {"member_name": ["Chidinma Abara"], "member_id": ["LSS30099187"], "service_start": [], "payer_name": ["Lone Star HMO"]}),
    (STUDY, {"spo2": ["89.4 sleep", "78 sleep"]}),
    (EVENTS, {"ahi": ["32.2"]}),
    (WOUND, {"wound_size": ["6.2x4.8x2.1", "2.0x1.5x0.4"]}),
    (TICKET, {"member_name": ["Ignatius Crowe"], "shipping_address": ["231 Old Mill Rd, Unit 6, Nicholasville, KY 40356"],
              "service_start": ["2026-10-19"], "authorization_number": ["261044871"]}),
    (REMINDER, {"appeal_address": ["Review Unit, 500 James Pkwy, Nashville TN 37243"], "member_name": ["Hildegard Nwachukwu"]}),
], ids=["oxygen", "certificate", "resupply", "routine", "calls", "dressings", "seen", "capitals", "grid", "ticks", "claim", "notice", "eob", "remittance", "visit", "faces", "study", "events", "wound", "ticket", "upheld"])  # fmt: skip
def test_other_offices_papers(tmp_path: Path, html: str, found: dict[str, list[str]]) -> None:
    path = tmp_path / "paper.pdf"
    weasyprint.HTML(string=STYLE + html).write_pdf(path)
    pages = read_file(path, Limits()).pages
    seen = find_all(pages, classify(pages))
    assert {field: sorted({_shown(f) for f in seen if f.field == field}) for field in found} == {
        field: sorted(values) for field, values in found.items()
    }


def _shown(finding: Finding) -> str:
    return f"{finding.value} {finding.role}" if finding.field == "spo2" else finding.value


def test_an_item_whose_empty_box_a_reader_dropped_is_unsure(page_of: Callable[..., PageText]) -> None:
    page = page_of(
        "STANDARD WRITTEN ORDER",
        "[X] Transport chair E1038",
        "    Standard wheelchair K0001",
        "[X] Seat attachment E0156",
    )
    sure = {f.value: f.confidence for f in find_all([page], classify([page])) if f.field == "hcpcs"}
    assert sure["E1038"] > 0.85 and sure["E0156"] > 0.85 and sure["K0001"] < 0.5
