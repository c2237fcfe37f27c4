"""The check of a written file finds what is not as planned; it is shown files and plans that disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from packet_builder.check import check_file
from packet_builder.drawn import Drawing, Goal
from packet_builder.plan import PacketPlan
from packet_builder.render import PacketResult
from packet_builder.sheets import draw
from tests.packet_builder.test_reread import built, case_in, request_of


@pytest.fixture(scope="module")
def packet(tmp_path_factory: pytest.TempPathFactory) -> tuple[PacketResult, PacketPlan, Drawing]:
    folder = tmp_path_factory.mktemp("check")
    request = request_of("appeal")
    return (built(folder, request), *draw(case_in(folder), request, {}))


def test_what_was_planned_passes(packet: tuple[PacketResult, PacketPlan, Drawing]) -> None:
    result, plan, drawing = packet
    assert check_file(result.path, plan, plan.parts, drawing) == []


def wrong_prefix(plan: PacketPlan, drawing: Drawing) -> tuple[PacketPlan, Drawing]:
    return replace(plan, prefix="XY"), drawing


def wrong_numbers(plan: PacketPlan, drawing: Drawing) -> tuple[PacketPlan, Drawing]:
    return replace(plan, numbers=(*range(2, plan.pages + 1), 99)), drawing


def one_page_less(plan: PacketPlan, drawing: Drawing) -> tuple[PacketPlan, Drawing]:
    return replace(plan, parts=(*plan.parts[:-1], replace(plan.parts[-1], pages=2))), drawing


def other_goal(plan: PacketPlan, drawing: Drawing) -> tuple[PacketPlan, Drawing]:
    part = drawing.parts["contents"]
    links = [replace(link, goal=Goal(3)) for link in part.links]
    return plan, replace(drawing, parts={**drawing.parts, "contents": replace(part, links=links)})


@pytest.mark.parametrize(
    ("change", "says"),
    [(wrong_prefix, "labelled"), (wrong_numbers, "labelled"), (one_page_less, "planned"), (other_goal, "contents")],
)
def test_what_disagrees_with_the_plan_is_found(
    packet: tuple[PacketResult, PacketPlan, Drawing],
    change: Callable[[PacketPlan, Drawing], tuple[PacketPlan, Drawing]],
    says: str,
) -> None:
    result, plan, drawing = packet
    plan, drawing = change(plan, drawing)
    assert any(says in problem for problem in check_file(result.path, plan, plan.parts, drawing))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-40], lambda data: data[:3000] + b" " + data[3000:], lambda data: b"",
        lambda data: data.replace(b"5 0 obj", b"6 0 obj", 1), lambda data: data[: len(data) // 2],
    ],
)  # fmt: skip
def test_a_spoilt_file_is_found(
    packet: tuple[PacketResult, PacketPlan, Drawing], tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    result, plan, drawing = packet
    (tmp_path / "spoilt.pdf").write_bytes(spoil(result.path.read_bytes()))
    assert check_file(tmp_path / "spoilt.pdf", plan, plan.parts, drawing)
