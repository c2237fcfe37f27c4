"""Every checklist against built cases, the published traps among them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from casefile.completeness import check_all, checklists
from casefile.reads import Read
from casefile.terms import QUESTIONS
from tests.casefile.built import doc, note, order, plan, test, told

M, X, P, N = "met", "missing", "needs_person", "not_applicable"
DELIVERED = doc("delivery_proof", service_start=("2026-09-20", "delivery"))
OXY = {"hcpcs": "E1390", "liters_per_minute": "2"}
NPWT = {"hcpcs": "E2402"}

CASES: list[tuple[str, list[Read], dict[str, str]]] = [
    # Standard Written Order
    ("a wheelchair needs no quantity", [order()], {"swo.quantity": N, "swo.signature": M}),
    ("name without Medicare number", [order(mbi=None)], {"swo.beneficiary": M}),
    ("Medicare number without name", [order(member_name=None)], {"swo.beneficiary": M}),
    ("a plan's id does not do for Medicare", [order(member_name=None, mbi=None, member_id="W1")], {"swo.beneficiary": X}),
    ("a plan's id does for a commercial plan", [order(member_name=None, mbi=None, member_id="W1", payer_name="Lakeshore Mutual")], {"swo.beneficiary": M}),
    ("NPI without name", [order(ordering_provider_name=None)], {"swo.practitioner": M}),
    ("name without NPI", [order(ordering_provider_npi=None)], {"swo.practitioner": M, "intake.npi": X}),
    ("neither name nor NPI", [order(ordering_provider_npi=None, ordering_provider_name=None)], {"swo.practitioner": X}),
    ("unsigned", [order(signature="absent")], {"swo.signature": X}),
    ("a signature date is no order date", [order(order_date=None, signature_date="2026-09-09")], {"swo.order_date": X}),
    ("the date stands on the note only", [order(order_date=None), note(order_date="2026-09-08")], {"swo.order_date": X}),
    ("words do for a code", [order(hcpcs=None, description="standard manual wheelchair")], {"swo.description": M}),
    # face-to-face and written order prior to delivery
    ("a visit in the six months", [order(hcpcs="K0003"), note("Assessment: gait")], {"f2f_wopd.visit": M, "f2f_wopd.visit_addresses_condition": P}),
    ("six months to the day", [order(hcpcs="K0003"), note(visit="2026-03-08")], {"f2f_wopd.visit": M}),
    ("a day too old", [order(hcpcs="K0003"), note(visit="2026-03-07")], {"f2f_wopd.visit": X}),
    ("after the order", [order(hcpcs="K0003"), note(visit="2026-09-09")], {"f2f_wopd.visit": X}),
    ("no note", [order(hcpcs="K0003")], {"f2f_wopd.visit": X}),
    ("not on the list", [order(hcpcs="K0001")], {"f2f_wopd.visit": ""}),
    ("oxygen is on it from April 2026", [order(**OXY), note("assessment")], {"f2f_wopd.visit": M}),
    ("an order older than our copy of the list", [order(hcpcs="E1390", order_date="2026-04-12")], {"f2f_wopd.visit": P}),
    ("a commercial plan has its own rules", [order(hcpcs="K0003", payer_name="Lakeshore Mutual")], {"f2f_wopd.visit": ""}),
    # prior authorization
    ("listed, no number", [order(hcpcs="E0277")], {"prior_authorization.authorization": X}),
    ("listed, with number", [order(hcpcs="E0277", authorization_number="PA77")], {"prior_authorization.authorization": M}),
    ("from 28 October only: before", [order(hcpcs="L1833", order_date="2026-10-27")], {"prior_authorization.authorization": ""}),
    ("from 28 October only: on the day", [order(hcpcs="L1833", order_date="2026-10-28")], {"prior_authorization.authorization": X}),
    ("phased by state", [order(hcpcs="L3916", order_date="2026-11-02")], {"prior_authorization.authorization": P}),
    ("phased: everywhere at the end", [order(hcpcs="L3916", order_date="2027-04-26")], {"prior_authorization.authorization": X}),
    ("older than our copy", [order(hcpcs="K0800", order_date="2026-07-01")], {"prior_authorization.authorization": P}),
    # oxygen
    ("84 at rest", [order(**OXY), test(spo2=("84", "rest, room air"))], {"oxygen.qualifying_test": M}),
    ("88 read by machine", [order(**OXY), test(spo2=("88", "rest, room air"))], {"oxygen.qualifying_test": P}),
    ("88 confirmed", [order(**OXY), told(spo2=("88", "rest, room air"))], {"oxygen.qualifying_test": M}),
    ("89 confirmed, no added sign", [order(**OXY), told(spo2=("89", "rest, room air"))], {"oxygen.qualifying_test": X}),
    ("89 confirmed, a sign written", [order(**OXY), told(spo2=("89", "rest, room air")), note("dependent edema of both legs")], {"oxygen.qualifying_test": P}),
    ("89 confirmed, the sign confirmed", [order(**OXY), told(spo2=("89", "rest, room air"), group_two_sign="edema")], {"oxygen.qualifying_test": M}),
    ("90 confirmed", [order(**OXY), told(spo2=("90", "rest, room air"))], {"oxygen.qualifying_test": X}),
    ("94", [order(**OXY), test(spo2=("94", "rest, room air"))], {"oxygen.qualifying_test": X}),
    ("84 under unknown conditions", [order(**OXY), test(spo2="84")], {"oxygen.qualifying_test": P}),
    ("on exertion, one test only", [order(**OXY), test(spo2=("83", "exertion, room air"))], {"oxygen.qualifying_test": X}),
    ("on exertion, three tests", [order(**OXY), told(spo2=[("83", "exertion, room air"), ("92", "rest, room air")], three_tests="yes")], {"oxygen.qualifying_test": M}),
    ("blood gas on the page", [order(**OXY), test("PaO2 54 mmHg")], {"oxygen.qualifying_test": P}),
    ("no test at all", [order(**OXY)], {"oxygen.qualifying_test": X, "oxygen.tester": X}),
    ("angina written", [order(**OXY), note("angina at rest")], {"oxygen.not_excluded": P}),
    ("portable asks for mobility", [order(hcpcs="E0431"), note("walks to the kitchen")], {"oxygen.portable_mobile": P}),
    ("flow rests on an unverified rule", [order(hcpcs="E1390")], {"oxygen.flow_and_device": X}),
    # PAP
    ("20 an hour with 40 events", [order(hcpcs="E0601"), told(ahi="20", sleep_events="40")], {"pap.sleep_test": M}),
    ("20 an hour in a short night", [order(hcpcs="E0601"), told(ahi="20", sleep_events="24")], {"pap.sleep_test": X}),
    ("12 an hour with hypertension", [order(hcpcs="E0601"), told(ahi="12", sleep_events="15", pap_condition="hypertension")], {"pap.sleep_test": M}),
    ("12 an hour, hypertension written", [order(hcpcs="E0601"), told(ahi="12", sleep_events="15"), note("History of hypertension")], {"pap.sleep_test": P}),
    ("12 an hour, no symptom", [order(hcpcs="E0601"), told(ahi="12", sleep_events="15")], {"pap.sleep_test": X}),
    ("12 an hour, 9 events", [order(hcpcs="E0601"), told(ahi="12", sleep_events="9", pap_condition="stroke")], {"pap.sleep_test": X}),
    ("4 an hour", [order(hcpcs="E0601"), told(ahi="4", sleep_events="40", pap_condition="stroke")], {"pap.sleep_test": X}),
    ("an index only on paper", [order(hcpcs="E0601"), test("AHI 22 events 80")], {"pap.sleep_test": P}),
    ("evaluation before the test", [order(hcpcs="E0601"), note(visit="2026-07-01"), test("AHI 22")], {"pap.evaluation": M}),
    ("evaluation after the test", [order(hcpcs="E0601"), note(visit="2026-08-30"), test("AHI 22")], {"pap.evaluation": X}),
    ("bi-level after CPAP", [order(hcpcs="E0470"), note("CPAP was tried, ineffective")], {"pap.bilevel": P}),
    # assist device
    ("central index 5 confirmed", [order(hcpcs="E0471"), doc("test_result", sure=1.0, central_apnea_index="5")], {"rad.central_index": M}),
    ("central index 4 confirmed", [order(hcpcs="E0471"), doc("test_result", sure=1.0, central_apnea_index="4")], {"rad.central_index": X}),
    ("central apnea written", [order(hcpcs="E0471"), test("central apnea index 9")], {"rad.central_index": P}),
    ("no central apnea", [order(hcpcs="E0471"), test("FVC 40 %")], {"rad.central_index": N, "rad.disease_group": P}),
    ("no test", [order(hcpcs="E0466")], {"rad.disease_group": X}),
    ("ventilator in words", [order(hcpcs=None, description="home ventilator"), test("PaCO2 60")], {"rad.disease_group": P}),
    # manual wheelchair
    ("no note", [order()], {"manual_wheelchair.mobility_limitation": X, "manual_wheelchair.propels_or_caregiver": X}),
    ("note speaks of the walker", [order(), note("tried a walker")], {"manual_wheelchair.cane_walker": P}),
    ("a caregiver is enough", [order(), told(caregiver_available="daughter")], {"manual_wheelchair.propels_or_caregiver": M}),
    ("self-propelling is enough", [order(), told(can_self_propel="yes")], {"manual_wheelchair.propels_or_caregiver": M}),
    ("a standard chair needs no reason against itself", [order()], {"manual_wheelchair.why_not_lesser": N, "manual_wheelchair.hours_in_chair": N}),
    ("high strength: 3 hours", [order(hcpcs="K0004"), told(hours_in_chair="3")], {"manual_wheelchair.hours_in_chair": M}),
    ("high strength: 1 hour", [order(hcpcs="K0004"), told(hours_in_chair="1")], {"manual_wheelchair.hours_in_chair": X}),
    # power mobility
    ("one practitioner", [order(hcpcs="K0823"), note(ordering_provider_npi="1234567893")], {"power_mobility.same_practitioner": M, "power_mobility.visit": M}),
    ("two practitioners", [order(hcpcs="K0823", ordering_provider_name=None), note(ordering_provider_npi="1245319599")], {"power_mobility.same_practitioner": P}),
    ("two practitioners, both names", [order(hcpcs="K0823"), note(ordering_provider_npi="1245319599", ordering_provider_name="Edgar Brandvold")], {"power_mobility.same_practitioner": X}),
    ("no weight", [order(hcpcs="K0823")], {"power_mobility.weight_class": P}),
    ("weight recorded", [order(hcpcs="K0823"), told(patient_weight="212")], {"power_mobility.weight_class": M}),
    ("a scooter need not rule itself out", [order(hcpcs="K0800")], {"power_mobility.scooter": N}),
    ("Group 3 asks for the specialist", [order(hcpcs="K0848")], {"power_mobility.specialty_evaluation": X}),
    ("Group 2 scooter", [order(hcpcs="K0806")], {"power_never_covered.group_two_scooter": X}),
    ("both groups ordered", [order(hcpcs=["K0806", "K0800"])], {"power_never_covered.group_two_scooter": M}),
    # hospital bed
    ("no note", [order(hcpcs="E0260")], {"hospital_bed.positioning": X, "hospital_bed.semi_electric": X}),
    ("30 degrees", [order(hcpcs="E0260"), note("head elevated above 30 degrees")], {"hospital_bed.positioning": P}),
    ("traction confirmed", [order(hcpcs="E0250"), told(traction="yes")], {"hospital_bed.positioning": M, "hospital_bed.variable_height": N}),
    ("total electric", [order(hcpcs="E0265")], {"hospital_bed.not_total_electric": X}),
    ("heavy duty at 400 lb", [order(hcpcs="E0303"), told(patient_weight="400")], {"hospital_bed.weight_heavy_duty": M}),
    ("heavy duty at 340 lb", [order(hcpcs="E0303"), told(patient_weight="340")], {"hospital_bed.weight_heavy_duty": X}),
    ("extra heavy duty at 600 lb", [order(hcpcs="E0304"), told(patient_weight="600")], {"hospital_bed.weight_extra_heavy_duty": X}),
    # support surface (unverified: blocks nothing)
    ("no record", [order(hcpcs="E0277")], {"support_surface.wound_record": X}),
    ("stage written", [order(hcpcs="E0277"), test("stage 3 right heel")], {"support_surface.wound_record": P}),
    ("stage confirmed", [order(hcpcs="E0277"), told(wound_record="yes")], {"support_surface.wound_record": M}),
    ("another code", [order(hcpcs="E0371")], {"support_surface.monthly_assessment": X}),
    ("in words", [order(hcpcs=None, description="low air loss mattress")], {"support_surface.wound_record": X}),
    ("a commercial plan", [order(hcpcs="E0277", payer_name="Lakeshore Mutual")], {"support_surface.wound_record": ""}),
    # negative pressure
    ("three sides", [order(**NPWT), test("stage 4", wound_size="4.2x3.1x0.8")], {"npwt.measurements": M, "npwt.wound_type": P}),
    ("two sides", [order(**NPWT), test(wound_size="4.2x3.1")], {"npwt.measurements": X}),
    ("nothing measured", [order(**NPWT), test("stage 4")], {"npwt.measurements": X}),
    ("eschar written", [order(**NPWT), test("black eschar")], {"npwt.not_excluded": P}),
    ("exclusion confirmed", [order(**NPWT), told(npwt_excluded="cancer")], {"npwt.not_excluded": X}),
    ("nothing of the kind written", [order(**NPWT), test("clean bed")], {"npwt.not_excluded": M}),
    ("disposable", [order(hcpcs=["E2402", "A9272"])], {"npwt.not_disposable": X}),
    # surgical dressings
    ("whole", [order(hcpcs="A6196", frequency="daily"), test("debrided, moderate drainage", wound_size="4x3x1", on="2026-09-01")], {"surgical_dressings.measurements": M, "surgical_dressings.quantity": M, "surgical_dressings.exudate": P, "surgical_dressings.monthly_evaluation": M}),
    ("no frequency", [order(hcpcs="A6196")], {"surgical_dressings.quantity": X, "surgical_dressings.qualifying_wound": X}),
    ("evaluated too long ago", [order(hcpcs="A6196"), test("wound", on="2026-07-01")], {"surgical_dressings.monthly_evaluation": X}),
    ("order 4 months before delivery", [order(hcpcs="A6196", order_date="2026-05-10"), DELIVERED], {"surgical_dressings.order_age": X}),
    ("order this month", [order(hcpcs="A6196"), DELIVERED], {"surgical_dressings.order_age": M}),
    ("hydrogel with alginate", [order(hcpcs=["A6196", "A6242"])], {"surgical_dressings.no_conflict": X}),
    ("hydrogel alone", [order(hcpcs="A6242")], {"surgical_dressings.no_conflict": M}),
    # enteral
    ("a note on dysphagia", [order(hcpcs="B4150"), note("dysphagia, PEG placed")], {"enteral.function": P, "enteral.tube_feeding": P, "enteral.pump": N}),
    ("no note", [order(hcpcs="B4150")], {"enteral.function": X}),
    ("special formula without reason", [order(hcpcs="B4153")], {"enteral.special_formula": X}),
    ("special formula, reason confirmed", [order(hcpcs="B4153"), told(special_formula_reason="yes")], {"enteral.special_formula": M}),
    ("pump without reason", [order(hcpcs=["B4150", "B9002"])], {"enteral.pump": P}),
    ("two kits", [order(hcpcs=["B4034", "B4035"])], {"enteral.kit_matches_method": X}),
    ("one kit", [order(hcpcs=["B4150", "B4036"])], {"enteral.kit_matches_method": M}),
    # parenteral
    ("visit within 30 days", [order(hcpcs="B4189"), note("weight 61 kg")], {"parenteral.visit": M, "parenteral.weight": P}),
    ("visit 40 days before", [order(hcpcs="B4189"), note(visit="2026-07-30")], {"parenteral.visit": X}),
    ("no visit, reason written", [order(hcpcs="B4189"), note("unable to visit", visit="2026-01-30")], {"parenteral.visit": P}),
    ("no weight", [order(hcpcs="B4189"), note("stable")], {"parenteral.weight": X}),
    ("weight recorded", [order(hcpcs="B4189"), told(patient_weight="61")], {"parenteral.weight": M}),
    ("no note", [order(hcpcs="B4189")], {"parenteral.absorption": X}),
    # infusion pump
    ("elastomeric", [order(hcpcs="A4305")], {"infusion_pump.not_elastomeric": X}),
    ("immune globulin without pump", [order(hcpcs="J1559")], {"infusion_pump.pair_immune_globulin": X}),
    ("immune globulin with pump", [order(hcpcs=["J1559", "E0779"])], {"infusion_pump.pair_immune_globulin": M}),
    ("prostacyclin with the wrong pump", [order(hcpcs=["J3285", "E0781"])], {"infusion_pump.pair_pulmonary_hypertension": X}),
    ("C-peptide in range", [order(hcpcs="E0784"), told(c_peptide_percent_of_lower_limit="90", fasting_glucose="180")], {"infusion_pump.c_peptide": M}),
    ("C-peptide too high", [order(hcpcs="E0784"), told(c_peptide_percent_of_lower_limit="150", fasting_glucose="180", creatinine_clearance="80")], {"infusion_pump.c_peptide": X}),
    ("C-peptide with weak kidneys", [order(hcpcs="E0784"), told(c_peptide_percent_of_lower_limit="150", fasting_glucose="180", creatinine_clearance="40")], {"infusion_pump.c_peptide": M}),
    ("visit 4 months ago", [order(hcpcs="E0784"), note(visit="2026-05-07")], {"infusion_pump.insulin_visit": X}),
    # home infusion
    ("no plan of care", [order(hcpcs="S9494")], {"home_infusion.plan_of_care": X, "home_infusion.plan_signed": X}),
    ("signed and dated", [order(hcpcs="S9494"), plan()], {"home_infusion.plan_of_care": M, "home_infusion.plan_signed": M}),
    ("signed, not dated", [order(hcpcs="S9494"), plan(signature_date=None)], {"home_infusion.plan_signed": X}),
    ("not signed", [order(hcpcs="S9494"), plan(signature="absent")], {"home_infusion.plan_signed": X}),
    ("frequency read", [order(hcpcs="S9494"), plan(frequency="weekly")], {"home_infusion.disciplines": M}),
    ("commercial extras never block", [order(hcpcs="S9494")], {"home_infusion.line_and_safety": P}),
    # knee
    ("named test", [order(hcpcs="L1833"), note("Lachman positive, left knee, walks with pain")], {"knee_orthosis.instability": P, "knee_orthosis.side": P, "knee_orthosis.ambulatory": P}),
    ("no note", [order(hcpcs="L1833")], {"knee_orthosis.instability": X, "knee_orthosis.side": X}),
    ("side by modifier", [order(hcpcs="L1833", modifier="LT")], {"knee_orthosis.side": M}),
    ("laxity confirmed", [order(hcpcs="L1833"), told(laxity_tests="yes")], {"knee_orthosis.instability": M}),
    ("osteoarthritis without picture", [order(hcpcs="L1851", icd10="M17.11")], {"knee_orthosis.imaging": X}),
    ("air bladder", [order(hcpcs="L1847")], {"knee_orthosis.not_air_bladder": X}),
    ("no diagnosis", [order(hcpcs="L1833", icd10=None)], {"knee_orthosis.diagnosis": X}),
    # other orthoses (unverified: block nothing)
    ("AFO without side", [order(hcpcs="L1932")], {"other_orthosis.side": X, "other_orthosis.findings": X}),
    ("AFO with side", [order(hcpcs="L1932", modifier="RT")], {"other_orthosis.side": M}),
    ("a spine has no side", [order(hcpcs="L0650")], {"other_orthosis.side": N}),
    ("gait written", [order(hcpcs="L1932"), note("gait unsteady")], {"other_orthosis.findings": P}),
    ("custom without reason", [order(hcpcs="L1960")], {"other_orthosis.custom": X}),
    ("custom confirmed", [order(hcpcs="L1960"), told(custom_reason="deformity")], {"other_orthosis.custom": M}),
    # CGM
    ("no fingersticks anywhere", [order(hcpcs=["E2103", "A4239"], icd10="E11.9"), told(insulin_treated="yes", device_training="yes")], {"cgm.treatment": M, "cgm.diabetes": M, "cgm.visit": M, "cgm.training": M, "cgm.supply_matches": M}),
    ("one dose of insulin is insulin", [order(hcpcs="E2103", icd10="E11.9"), note("basal insulin once a day")], {"cgm.treatment": P}),
    ("low glucose without insulin", [order(hcpcs="E2103", icd10="E11.9"), told(problematic_hypoglycemia="yes")], {"cgm.treatment": M}),
    ("neither", [order(hcpcs="E2103", icd10="E11.9"), note("on metformin")], {"cgm.treatment": X}),
    ("no diabetes", [order(hcpcs="E2103")], {"cgm.diabetes": X}),
    ("visit 7 months ago", [order(hcpcs="E2103", icd10="E11.9"), note(visit="2026-02-01")], {"cgm.visit": X}),
    ("supplies of the other kind", [order(hcpcs=["E2103", "A4238"], icd10="E11.9")], {"cgm.supply_matches": X}),
    ("before the policy", [order(hcpcs="E2103", icd10="E11.9", order_date="2023-04-15")], {"cgm.visit": ""}),
    # glucose supplies
    ("100 strips", [order(hcpcs="A4253", icd10="E11.9"), told(strips_per_quarter="100")], {"glucose_supplies.usual_amount": M}),
    ("300 strips with insulin", [order(hcpcs="A4253", icd10="E11.9"), told(strips_per_quarter="300", insulin_treated="yes")], {"glucose_supplies.usual_amount": M}),
    ("300 strips without", [order(hcpcs="A4253", icd10="E11.9"), told(strips_per_quarter="300")], {"glucose_supplies.usual_amount": X}),
    ("400 strips, log confirmed", [order(hcpcs="A4253", icd10="E11.9"), told(strips_per_quarter="400", testing_log="yes")], {"glucose_supplies.usual_amount": M}),
    ("beside a CGM", [order(hcpcs=["A4253", "E2103"], icd10="E11.9")], {"glucose_supplies.not_beside_cgm": X}),
    ("no diabetes", [order(hcpcs="A4253")], {"glucose_supplies.diabetes": X}),
    # home health
    ("visit in the window", [plan(), note(visit="2026-06-10")], {"home_health.visit": M, "home_health.homebound_effort": P, "home_health.signed": M}),
    ("30 days after the start", [plan(), note(visit="2026-10-08")], {"home_health.visit": M}),
    ("31 days after the start", [plan(), note(visit="2026-10-09")], {"home_health.visit": X}),
    ("91 days before", [plan(), note(visit="2026-06-09")], {"home_health.visit": X}),
    ("both criteria confirmed", [plan(), told(homebound_one="yes", homebound_two="yes")], {"home_health.homebound_one": "", "home_health.homebound_aid": M, "home_health.homebound_effort": M}),
    ("plan not signed", [plan(signature="absent")], {"home_health.signed": X, "intake.signed_order": X}),
    ("as-needed visits", [plan(text="SN prn for pain")], {"home_health.prn_orders": P}),
    ("no as-needed visits", [plan()], {"home_health.prn_orders": N}),
    # refill
    ("a refill without a call", [order(hcpcs="A6196"), DELIVERED], {"refill.contact": X}),
    ("a call on file", [order(hcpcs="A6196"), DELIVERED, doc("call_log", "needs more supplies, yes")], {"refill.contact": P}),
    ("the call confirmed", [order(hcpcs="A6196"), DELIVERED, doc("call_log", sure=1.0, refill_contact="yes")], {"refill.contact": M}),
    ("CGM supplies are exempt", [order(hcpcs="A4239", icd10="E11.9"), DELIVERED], {"refill.contact": ""}),
    ("not delivered", [order(hcpcs="A6196")], {"refill.contact": ""}),
    ("equipment is no supply", [order(), DELIVERED], {"refill.contact": ""}),
    # intake
    ("whole", [order(shipping_address="12 Alder Bend Road, Elmbrook, OH 44099", phone="5552001000", access_barrier="stairs")], {"intake.member": M, "intake.npi": M, "intake.shipping_address": M, "intake.access_barriers": M, "intake.serial_number": N}),
    ("birth date only on the face sheet", [order(member_dob=None), doc("face_sheet", member_dob="1958-04-05")], {"intake.birth_date": M}),
    ("no birth date", [order(member_dob=None)], {"intake.birth_date": X}),
    ("the NPI stands on the note", [order(ordering_provider_npi=None), note(ordering_provider_npi="1234567893")], {"intake.npi": X}),
    ("no payer", [order(payer_name=None, mbi=None)], {"intake.payer": X}),
    ("supplies without frequency", [order(hcpcs="A6196")], {"intake.supply_frequency": X}),
    ("no diagnosis", [order(icd10=None)], {"intake.diagnosis": X}),
    # onboarding
    ("all papers", [doc("credential", "W-9 CAQH license expires taxonomy", ordering_provider_npi="1234567893", tax_id="123456789")], {"onboarding.npi": M, "onboarding.ein": M, "onboarding.w9": P, "onboarding.caqh": P, "onboarding.licence": P, "onboarding.taxonomy": P}),
    ("nothing readable", [doc("credential", "certificate")], {"onboarding.npi": X, "onboarding.w9": X, "onboarding.licence": X}),
    ("licence without expiry", [doc("credential", "state license")], {"onboarding.licence": X}),
    ("licence confirmed", [doc("credential", sure=1.0, licence="X1", licence_expiry="2027-01-31")], {"onboarding.licence": M}),
    ("tax number missing", [doc("credential", other_npi="1234567893")], {"onboarding.npi": M, "onboarding.ein": X}),
    ("no credential, no onboarding", [order()], {"onboarding.npi": ""}),
]  # fmt: skip


@pytest.mark.parametrize(
    "documents, wanted", [c[1:] for c in CASES], ids=[f"{next(iter(c[2])).split('.')[0]}: {c[0]}" for c in CASES]
)
def test_a_built_case_gets_the_published_answer(documents: list[Read], wanted: dict[str, str]) -> None:
    verdicts = {v.requirement: v for v in check_all(documents)}
    assert {name: verdicts[name].answer if name in verdicts else "" for name in wanted} == wanted


def test_every_verdict_has_a_reason_and_a_rule_and_met_ones_evidence() -> None:
    for _, documents, _ in CASES:
        for verdict in check_all(documents):
            assert len(verdict.reason) > 10, verdict
            assert re.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+ 20\d\d\.\d", verdict.rule)
            assert ".." not in verdict.reason


def test_every_checklist_has_six_built_cases() -> None:
    counted = Counter(list_id for _, _, wanted in CASES for list_id in {name.split(".")[0] for name in wanted})
    counted["power_never_covered"] += counted["power_mobility"]
    assert {rules.id for rules in checklists()} == set(counted)
    assert min(counted.values()) >= 6, counted


def test_what_is_unverified_never_blocks() -> None:
    unverified = {f"{r.id}.{row['id']}" for r in checklists() for row in r.requirements if row.get("unverified")}
    assert len(unverified) > 8
    for _, documents, _ in CASES:
        assert not [v for v in check_all(documents) if v.requirement in unverified and v.blocks]


def test_the_same_documents_get_the_same_verdicts_whatever_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [order(**OXY), test(spo2=("84", "rest, room air"))]
    assert check_all(documents) == check_all(documents, date(2027, 1, 1))


@pytest.mark.parametrize("day, version", [("2025-12-31", "2019.1"), ("2026-01-01", "2026.1")])
def test_the_version_of_the_order_date_counts(day: str, version: str) -> None:
    rules = {
        v.rule.split()[1]
        for v in check_all([plan(order_date=day)], date.fromisoformat(day))
        if v.rule.startswith("home_health/")
    }
    assert rules == {version}


def test_found_elsewhere_is_its_own_answer() -> None:
    (verdict,) = [
        v
        for v in check_all([order(order_date=None), note(order_date="2026-09-08")])
        if v.requirement == "swo.order_date"
    ]
    assert verdict.elsewhere
    assert verdict.evidence is not None
    assert "found on page 1 of the progress note" in verdict.reason


KNOWN = {"id", "title", "on", "any", "all", "way", "when", "otherwise", "missing", "blocks", "unverified", "elsewhere",
         "if_applicable", "because"}  # fmt: skip
TERM = {"field", "value", "starts", "at_least", "at_most", "above", "below", "near", "role", "look_for", "must_find", "of",
        "before_months", "before_days", "after_months", "after_days", "any_before", "any_after", "three_sided", "document",
        "judge", "fact", "codes", "list", "same", "with", "payers", "not", "on"}  # fmt: skip


def test_the_files_use_no_word_the_rules_do_not_know() -> None:
    for rules in checklists():
        assert rules.source and rules.verified_at and rules.effective_from
        for row in rules.requirements:
            assert set(row) <= KNOWN, (rules.id, row["id"])
            terms: list[Any] = [*row.get("any", []), *row.get("all", []), *row.get("when", [])]
            terms += [term for way in row.get("way", []) for term in way["all"]]
            for term in terms:
                if isinstance(term, dict):
                    assert set(term) <= TERM and set(term) & set(QUESTIONS), (rules.id, row["id"], term)
                    re.compile(term.get("look_for", ""))
