import type { RefObject } from 'react';
import { saveCsv, savePng } from './save-chart.js';

interface ChartFilesProps {
  /** The chart's sentence: title of the picture and name of the file. */
  label: string;
  legend: string;
  csv: () => string;
  figure: RefObject<HTMLElement | null>;
}

/** The chart's data and its picture, as files. */
export function ChartFiles({ label, legend, csv, figure }: ChartFilesProps) {
  const picture = () => {
    const canvas = figure.current?.querySelector('canvas');
    if (canvas) savePng(label, legend, canvas);
  };
  return (
    <>
      <button
        type="button"
        className="link-button no-print"
        title={`Download the data: ${label}`}
        onClick={() => saveCsv(label, csv())}
      >
        CSV
      </button>
      <button type="button" className="link-button no-print" title={`Download the picture: ${label}`} onClick={picture}>
        PNG
      </button>
    </>
  );
}
