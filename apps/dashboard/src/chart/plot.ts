/** Space beside the plot, in pixels; the annotation lane and the canvas agree on it. */
export const plotLeft = 60;
export const plotRight = 12;
export const plotTop = 8;
export const plotBottom = 24;
