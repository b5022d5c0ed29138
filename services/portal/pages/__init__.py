"""The portal's pages and its JSON API: they show, ask and send commands; they decide nothing."""
