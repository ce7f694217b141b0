# What one would write in R: seasons and trend of a series, each value beside what they expect.
#
# usage: Rscript stl.R PERIOD FILE    (CSV with a column `value`; CSV to standard output)
arguments <- commandArgs(TRUE)
table <- read.csv(arguments[2])
parts <- stl(ts(table$value, frequency = as.integer(arguments[1])),
             s.window = "periodic", robust = TRUE)$time.series
table$expected <- parts[, "seasonal"] + parts[, "trend"]
write.csv(table, stdout(), row.names = FALSE, quote = FALSE)
