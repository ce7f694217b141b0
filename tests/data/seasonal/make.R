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
# Series and their periods, in values; 0: none is known. Those of gas and the three after it come with
# forecast, all others with R. Of sunspots and the lynx the literature has 11 and 9.5 years.
listed <- list(
    list("nottem", 12, 0, nottem), list("AirPassengers", 12, 0, AirPassengers),
    list("UKgas", 4, 0, UKgas), list("ldeaths", 12, 0, ldeaths),
    list("USAccDeaths", 12, 0, USAccDeaths), list("co2", 12, 0, co2),
    list("UKDriverDeaths", 12, 0, UKDriverDeaths), list("JohnsonJohnson", 4, 0, JohnsonJohnson),
    list("lynx", 9.5, 0, lynx), list("sunspot.year", 11, 0, sunspot.year),
    list("sunspots", 132, 0, sunspots), list("gas", 12, 0, gas),
    list("woolyrnq", 4, 0, woolyrnq), list("wineind", 12, 0, wineind),
    list("taylor", 48, 336, window(taylor, end = c(4, 336))),
    list("Nile", 0, 0, Nile), list("LakeHuron", 0, 0, LakeHuron), list("BJsales", 0, 0, BJsales),
    list("WWWusage", 0, 0, WWWusage), list("DAX", 0, 0, EuStockMarkets[, "DAX"]),
    list("discoveries", 0, 0, discoveries), list("nhtemp", 0, 0, nhtemp), list("lh", 0, 0, lh),
    list("airmiles", 0, 0, airmiles))
writeLines(sapply(listed, function(s) paste(c(s[1:3], signif(as.numeric(s[[4]]), 5)),
                                            collapse = ",")), "periods.csv")
