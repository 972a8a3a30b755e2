"""Recipes that masklet ships, one file each; `masklet train --list` names them."""
