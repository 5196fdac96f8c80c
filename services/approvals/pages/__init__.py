"""What people look at in the approvals service, a file for each part of their work."""
