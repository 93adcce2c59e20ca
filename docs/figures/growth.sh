#!/bin/sh
# Draws growth.svg from growth.csv, which `BENCH_CSV=docs/figures/growth.csv cargo bench --bench pages` writes.
# Needs gnuplot (Debian: gnuplot-nox).
set -e
cd "$(dirname "$0")"
gnuplot <<'PLOT'
set terminal svg size 920,420 font "sans-serif,12" background "#ffffff"
set output "growth.svg"
set datafile separator ","
set multiplot layout 1,2
set logscale x 10
set format x "10^{%L}"
set xrange [700:1400000]
set yrange [0:*]
set xlabel "cases in the database"
set ylabel "median, milliseconds"
set key below samplen 2 spacing 1.1 maxrows 3
set grid ytics linecolor "#dddddd"
set style data linespoints
pages = "'queue' 'search for a common word' 'search for a rare word' 'case' 'form sent'"
do for [database in "sqlite postgresql"] {
    set title (database eq "sqlite" ? "SQLite" : "PostgreSQL")
    plot for [page in pages] sprintf("< grep '^%s,[0-9]*,%s,' growth.csv", database, page) \
        using 2:4 title page linewidth 2 pointtype 7 pointsize 0.6
}
PLOT
