"""Back-test (回测): closed cases replayed through the rules of a draft, to see what flips before it holds."""
