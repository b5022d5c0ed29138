"""Layout, macros, forms and headers that portal and admin share."""
