"""How events become figures: pure folds that do not mind order or repetition."""
