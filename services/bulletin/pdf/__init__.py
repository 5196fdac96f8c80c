"""The bulletin's page: an edition printed as an official PDF."""
