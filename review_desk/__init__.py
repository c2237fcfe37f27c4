"""The review desk: pages where a person sees the image, the highlight and the reason, and decides."""
