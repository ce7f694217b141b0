# What one would write with gnuplot: values, and those flagged marked, as PNG.
#
# usage: gnuplot -c picture.gnuplot FILE >PICTURE    (CSV as ad-zscore makes it)
set datafile separator ","
set terminal png size 1200,400
set xtics timedate
set format x "%Y" timedate
plot ARG1 using 1:2 with lines title "value", \
    ARG1 using 1:($4 == 1 ? $2 : 1/0) with points title "flagged"
