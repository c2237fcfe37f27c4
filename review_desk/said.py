"""What a page says after something was done; the address carries only the key, so nobody can put words in our mouth."""

from __future__ import annotations

SAID: dict[str, str] = {
    "asked": "The letter is ready below: download it and fax it to the office.",
    "dropped": "Taken in. It is read as soon as its turn comes.",
    "known": "This very fax was here before; it is kept once.",
    "retried": "It waits to be read again.",
    "decided": "Your decision is kept, and the case was checked again.",
    "left-out": "The page was left out of every case; it stays in its fax with your reason.",
    "logged": "Logged.",
    "logged-before": "This very entry was logged before; nothing was added.",
    "placed": "The page was placed, and the cases it touches were checked again.",
    "sent": "Recorded as sent. From now on the packet's pages keep their numbers.",
    "status": "The status was set.",
}
