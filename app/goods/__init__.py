"""Goods in kind (实物): what stores hold, and a journal of everything that came, went and came back."""
