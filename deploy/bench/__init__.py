"""What Chunfeng costs beside the bare parts it stands on: ratios measured in one run, never times alone."""
