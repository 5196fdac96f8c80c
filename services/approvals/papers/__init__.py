"""What the approvals service prints, a file for each paper."""
