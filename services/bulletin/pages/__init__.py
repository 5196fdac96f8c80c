"""What people look at: the operators' console at the entrance, a reading room, the editors' desk, the deliveries."""
