"""Campaigns against this program, run by hand with large sizes (`make campaign`) and by pytest with small ones."""
