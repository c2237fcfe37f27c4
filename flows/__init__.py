"""Order, retries and limits of the work; the only room that imports Prefect."""
