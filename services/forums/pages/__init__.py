"""What people look at in the forums service, a file for each part of their work."""
