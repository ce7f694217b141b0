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
smooth <- function(name, x, ...) {
    h <- HoltWinters(x, ...)
    keep(name, data.frame(value = as.numeric(x),
                          fitted = c(rep(NA, frequency(x)), as.numeric(h$fitted[, 1]))))
    cat(name, sprintf("%.15g", c(h$SSE, h$alpha, h$beta, h$gamma)), "\n")
}
smooth("passengers-additive", AirPassengers, alpha = 0.5, beta = 0.1, gamma = 0.4)
smooth("passengers-multiplicative", AirPassengers, alpha = 0.3, beta = 0.05, gamma = 0.6,
       seasonal = "multiplicative")
smooth("co2-best", co2)
smooth("passengers-best", AirPassengers, seasonal = "multiplicative")
smooth("gas-odd", ts(UKgas[1:105], frequency = 7), alpha = 0.2, beta = 0.1, gamma = 0.1)
