#!/bin/bash
# Renders the letters of notices once, with ImageMagick, into a grayscale atlas. Usage: make-atlas.sh PIXELS OUTPUT
# Needs: imagemagick, DejaVu Sans (fonts-dejavu-core). The result is committed; nobody needs this script to build.
#
# Format, little-endian: "GLY1", line height, ascent, glyph count (16 bits each), then per glyph: code point (16 bits), advance, width
# (8 bits each), then the coverage of all glyphs, each width × line height bytes.
set -eu
export LC_ALL=C.UTF-8
pixels=$1
output=$2
font=DejaVu-Sans
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Blanks at the end have no width of their own in ImageMagick's metrics.
width_of() { metrics "$1" | sed 's/.*; width: \([0-9.]*\);.*/\1/' ; }
metrics() { convert -debug annotate xc: -font $font -pointsize "$pixels" -annotate 0 "$1" null: 2>&1 | grep -m1 Metrics: ; }
le16() { printf "\\$(printf %03o $(($1 & 255)))\\$(printf %03o $(($1 >> 8)))"; }
byte() { printf "\\$(printf %03o "$1")"; }

line=$(metrics Xg | sed 's/.*ascent: \([0-9.]*\); descent: -\([0-9.]*\);.*/\1 \2/' | awk '{ printf "%d %d", $1 + $2 + 0.99, $1 + 0.5 }')
height=${line% *}
ascent=${line#* }

codes=$( (seq 32 126; seq 160 255; echo 8211 8212 8216 8217 8220 8221 8226 8230 8594) | tr '\n' ' ')
count=0
: > "$work/table"
: > "$work/coverage"
for code in $codes; do
  text=$(printf "\\U$(printf %08x "$code")")
  case $text in '\') text='\\' ;; '%') text='%%' ;; '@') text='\@' ;; esac
  case $code in
    32 | 160) advance=$(echo "$(width_of "n n") $(width_of nn)" | awk '{ printf "%d", $1 - $2 + 0.5 }') ;;
    *) advance=$(width_of "$text" | awk '{ printf "%d", $1 + 0.5 }') ;;
  esac
  width=$((advance + 2))
  convert -size ${width}x${height} xc:black -font $font -pointsize "$pixels" -fill white -annotate +1+"$ascent" "$text" \
    -colorspace Gray -depth 8 gray:"$work/glyph"
  { le16 "$code"; byte "$advance"; byte "$width"; } >> "$work/table"
  cat "$work/glyph" >> "$work/coverage"
  count=$((count + 1))
done
{ printf GLY1; le16 "$height"; le16 "$ascent"; le16 "$count"; cat "$work/table" "$work/coverage"; } > "$output"
