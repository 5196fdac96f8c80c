"""How Chunfeng is run: embedded servers, the launcher, the command line, images and compose."""
