"""Inbox → page → text: everything that touches disks, buckets and outside programs."""
