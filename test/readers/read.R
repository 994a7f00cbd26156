# Reads a CSV address as an analyst does with readr; writes a line of kinds, then the cells as CSV again.
suppressPackageStartupMessages(library(readr))
address <- commandArgs(trailingOnly = TRUE)[1]
frame <- read_csv(address, show_col_types = FALSE, progress = FALSE)
kind <- function(column) {
  if (inherits(column, "Date")) return("date")
  if (inherits(column, "POSIXct")) return("instant")
  if (is.logical(column)) return(if (all(is.na(column))) "empty" else "boolean")
  if (is.numeric(column)) "number" else "text"
}
cat(vapply(frame, kind, ""), sep = ",")
cat("\n")
cat(format_csv(frame, na = "\\N"))
