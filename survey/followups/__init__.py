"""What units do for a dialogue: before the day they prepare answers, by a file or by a link without an account."""
