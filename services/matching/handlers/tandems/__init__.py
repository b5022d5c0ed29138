"""Use cases of tandems: following the places, asking, answering, ending, showing."""
