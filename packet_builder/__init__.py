"""Case → packet: plan it, write it, reopen it, check it."""
