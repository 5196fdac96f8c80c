"""What people look at in the bulletin service: a reading room, the editors' desk, the deliveries."""
