"""A clean three-page order with doubtful fields, kept and filed as if it had been read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from casefile.records import Document, Finding, PageText, Reading, Word
from flows.steps import Desk, check, file_fax
from review_desk.inbox_screen import take_in

LINES = {
    1: [("member_name", "Member", "Desmond Gunderly"), ("member_dob", "Born", "06/21/1944"),
        ("member_id", "Member ID", "U771930254"), ("payer_name", "Insurance", "Lakeshore Mutual")],
    2: [("hcpcs", "HCPCS", "E1390"), ("icd10", "Diagnosis", "J44.9"), ("quantity", "Quantity", "1"),
        ("order_date", "Order date", "11/02/2026")],
    3: [("ordering_provider_name", "Physician", "Priya Fairweather"), ("ordering_provider_npi", "NPI", "1245319599"),
        ("signature", "Signature", "present")],
}  # fmt: skip
NORMAL = {"06/21/1944": "1944-06-21", "11/02/2026": "2026-11-02"}
DOUBTFUL = ("member_id", "icd10", "order_date", "ordering_provider_npi")


def keep_order(desk: Desk, folder: Path, doubtful: tuple[str, ...] = DOUBTFUL, more_words: str = "") -> str:
    """Put the order in the store; returns its SHA-256.

    Args:
        desk: Where it goes.
        folder: Where its file may be made.
        doubtful: Fields that were read with doubt.
        more_words: Words that also stand on its last page.
    """
    path = folder / "order.pdf"
    path.write_bytes(_drawn(more_words))
    sha256, _ = take_in(desk, path, "order.pdf")
    pages, findings = [], []
    for number, lines in LINES.items():
        words = []
        for line, (field, label, text) in enumerate(lines):
            top = 0.1 + 0.06 * line
            box = (0.35, top, 0.35 + 0.012 * len(text), top + 0.018)
            words += [Word(f"{label}:", (0.1, top, 0.3, top + 0.018), 0.99, line), Word(text, box, 0.99, line)]
            sure = 0.6 if field in doubtful else 0.97
            value = NORMAL.get(text, text)
            findings.append(Finding(field, value, text, number, box, sure, "valid", None, "beside its label"))
        if number == 3 and more_words:
            words.append(Word(more_words, (0.1, 0.8, 0.9, 0.82), 0.9, 9))
        pages.append(PageText(number, tuple(words), "text-layer", 0.99))
    document = Document("order", (1, 2, 3), 0.97)
    desk.store.save_reading(Reading("order.pdf", sha256, "application/pdf", tuple(pages), (document,), tuple(findings)))
    file_fax(desk, sha256)
    for case_id in desk.store.unchecked():
        check(desk, case_id)
    return sha256


def _drawn(more_words: str) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=True)
    for lines in LINES.values():
        for line, (_, label, text) in enumerate(lines):
            down = 792 * (1 - 0.1 - 0.06 * line - 0.015)
            canvas.setFont("Helvetica", 12)
            canvas.drawString(61, down, f"{label}:")
            canvas.drawString(214, down, text)
        canvas.showPage()
    canvas.setFont("Helvetica", 6)
    canvas.drawString(61, 40, f"{len(more_words)}")
    canvas.save()
    return out.getvalue()
