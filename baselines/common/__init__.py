"""The pieces that several algorithms share: small, pure and separately tested."""
