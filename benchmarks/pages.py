"""Which way up, blank or not, and how much memory: what page preparation gets right and what it costs.

    .venv/bin/python -m benchmarks.pages [--turned 200] [--sparse 2000] [--long 300]

The peer for orientation is Tesseract's own orientation test, asked on every page.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from intake import ocr, pages, workers
from intake.limits import Limits
from intake.page_reader import Job, read_page
from intake.read import read_file
from samples.degrade import render
from samples.faxes import write_varied

WORDS = ("ok", "9", "JM", "see", "no.", "86", "-", "1/3", "over")


def orientation(count: int) -> None:
    """Turned pages of every layout, read as the program reads them, and by the OCR program's own test."""
    right = peer = 0
    seconds = peer_seconds = 0.0
    pool = workers.pool(0, read_page)
    with tempfile.TemporaryDirectory() as folder:
        samples = write_varied(Path(folder), "scan", count, 77)
        jobs = []
        for number, sample in enumerate(samples):
            turn = Random(number).choice((0, 90, 180, 270))
            gray = render(sample.path.read_bytes(), 1700)[0]
            turned = np.ascontiguousarray(np.rot90(gray, turn // 90))
            jobs.append((turn, pages.PageImage(1, turned, (200, 200))))
    start = time.perf_counter()
    futures = [(turn, pool.submit(Job(image), 120)) for turn, image in jobs]
    right = sum(future.result()[0].rotation == turn for turn, future in futures)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    for turn, image in jobs[:40]:
        assert image.pixels is not None
        peer += ocr.quarter_turns(image.pixels) == turn
    peer_seconds = (time.perf_counter() - start) / min(40, count)
    print(f"orientation: {right} of {count} right, {seconds / count:.2f} s a page with reading")
    print(
        f"  peer, the OCR program's test on every page: {peer} of {min(40, count)} right, "
        f"{peer_seconds:.2f} s a page more"
    )


def blanks(count: int) -> None:
    """Pages with a single short word must not count as blank; specked empty pages must."""
    font = ImageFont.truetype("DejaVuSans.ttf", 26)
    noise = np.random.default_rng(5)
    rng, lost = Random(5), 0
    for _ in range(count):
        image = Image.new("L", (1728, 2156), 255)
        place = rng.randrange(120, 1500), rng.randrange(150, 1950)
        ImageDraw.Draw(image).text(place, rng.choice(WORDS), fill=0, font=font)
        lost += pages.is_blank(_specked(np.asarray(image), noise))
    empty = sum(pages.is_blank(_specked(np.full((2156, 1728), 255, np.uint8), noise)) for _ in range(count // 10))
    print(f"blank test: {lost} of {count} pages with one short word lost; {empty} of {count // 10} empty pages found")


def _specked(gray: pages.Gray, noise: np.random.Generator) -> pages.Gray:
    dirty = gray.copy()
    dirty[noise.random(gray.shape) < 0.0006] = 0
    return dirty


def memory(count: int) -> None:
    """One long fax: peak memory of the largest worker and of the program, pages a second."""
    with tempfile.TemporaryDirectory() as folder:
        (sample,) = write_varied(Path(folder), "fine", 1, 3)
        path = Path(folder) / "long.tif"
        with Image.open(sample.path) as image:
            image.save(path, save_all=True, append_images=[image] * (count - 1), compression="group4", dpi=(204, 196))
        start = time.perf_counter()
        text = read_file(path, Limits())
        seconds = time.perf_counter() - start
    for pool in workers._pools.values():
        pool.close()
    workers._pools.clear()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(
        f"{len(text.pages)}-page fax: {len(text.pages) / seconds:.2f} pages/s, peak {child} MB a worker, "
        f"{own} MB the program"
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--turned", type=int, default=200)
    parser.add_argument("--sparse", type=int, default=2000)
    parser.add_argument("--long", type=int, default=300)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    memory(given.long)
    blanks(given.sparse)
    orientation(given.turned)


if __name__ == "__main__":
    main()
