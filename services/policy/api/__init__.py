"""HTTP routes of the policy service beside the intake, a file for each part of its work; each needs a key."""
