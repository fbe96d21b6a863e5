"""The keys of an installation (密钥): admitted at every start, checked, followed by new ones, retired."""
