"""What the demo shows: real measurements of this computer, and a simulated rig; no server."""
