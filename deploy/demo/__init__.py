"""The demo: a campaign template and a recorded sample campaign, generated from tables anyone can read."""
