"""The four services of Chunfeng: approvals, forums, policy and bulletin. None imports another; facts connect them."""
