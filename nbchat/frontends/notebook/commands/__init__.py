"""The commands of `%chat`: a function with `@command` above it is one; `table` runs them."""
