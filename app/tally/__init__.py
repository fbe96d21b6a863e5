"""Figures of an office (统计): cases, steps and money counted by month, so that pages read no more with the years."""
