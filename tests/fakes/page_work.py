"""Page readers that misbehave on purpose; they run in worker processes."""

import os
import time
from typing import Any

from intake.page_reader import Job, read_page


def dies_on_page_1(job: Job) -> Any:
    if job.image.page_number == 1:
        os.kill(os.getpid(), 9)
    return read_page(job)


def hangs_on_page_1(job: Job) -> Any:
    if job.image.page_number == 1:
        time.sleep(60)
    return read_page(job)


def fails_on_page_1(job: Job) -> Any:
    if job.image.page_number == 1:
        raise ValueError("Rosalind Kestrelman")
    return read_page(job)
