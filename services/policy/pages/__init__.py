"""What people look at in the policy service, a file for each part of their work."""
