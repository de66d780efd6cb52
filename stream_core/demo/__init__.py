"""What the demo shows: real measurements of this computer, and a simulated rig; no server."""

from stream_core.demo.publisher import publish

__all__ = ["publish"]
