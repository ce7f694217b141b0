# Rscript make.R, in this folder: series that R ships, decomposed by R 4.2.2 and forecast 8.20.
suppressMessages(library(forecast))
keep <- function(name, m)
    write.table(format(m, digits = 12, trim = TRUE), paste0(name, ".csv"), sep = ",",
                quote = FALSE, row.names = FALSE)
decompose <- function(name, x, ...) {
    s <- stl(x, ...)$time.series
    keep(name, data.frame(value = as.numeric(x), season = as.numeric(s[, 1]),
                          trend = as.numeric(s[, 2])))
}
decompose("nottem-periodic", nottem, "periodic")
decompose("nottem-robust", nottem, "periodic", robust = TRUE)
decompose("co2-21", co2, s.window = 21)
decompose("log-co2-21-robust", log(co2), s.window = 21, robust = TRUE)
# Not all of them robustly: R 4.2.2 takes the median of the residuals by a partial sort whose ranks
# are in the wrong order, and which goes wrong for some series.
decompose("passengers-7", AirPassengers, s.window = 7)
x <- window(taylor, end = c(4, 336))
m <- mstl(x)
keep("taylor-mstl", data.frame(value = as.numeric(x), season = as.numeric(m[, "Seasonal48"]),
                               season2 = as.numeric(m[, "Seasonal336"]),
                               trend = as.numeric(m[, "Trend"])))
