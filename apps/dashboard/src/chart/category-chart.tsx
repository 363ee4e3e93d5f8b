import { useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useMemo, useRef } from 'react';
import { csvText } from './chart-csv.js';
import { ChartFiles } from './chart-files.js';
import type { CategorySeries } from './category-chart-option.js';
import classes from './chart.module.css';
import { categoryColor } from './series.js';

const CategoryCanvas = lazy(async () => ({ default: (await import('./canvas.js')).CategoryCanvas }));

interface CategoryChartProps {
  label: string;
  categories: readonly string[];
  series: readonly CategorySeries[];
  formatValue: (value: number) => string;
  /** Where the axis ends. */
  max?: number;
  height?: number;
}

/** Distributions side by side, with a legend in words. */
export function CategoryChart({ label, categories, series, formatValue, max, height = 160 }: CategoryChartProps) {
  const scheme = useComputedColorScheme('dark');
  const figure = useRef<HTMLElement>(null);
  const csv = () =>
    csvText(
      ['value', ...series.map(({ name }) => name)],
      categories.map((category, index) => [category, ...series.map(({ values }) => values[index] ?? null)]),
    );
  const model = useMemo(
    () => ({ categories, series, scheme, formatValue, max }),
    [categories, series, scheme, formatValue, max],
  );
  return (
    <figure ref={figure} className={classes.figure}>
      <div className={classes.head}>
        {series.map((item, index) => (
          <span key={item.name} className={classes.legend}>
            <span
              className={classes.swatch}
              data-kind="bar"
              style={{
                color:
                  typeof item.color === 'string'
                    ? `var(--state-${item.color})`
                    : categoryColor(item.color ?? index, scheme),
              }}
            />
            {item.name}
          </span>
        ))}
        <span className={classes.aside}>
          <ChartFiles label={label} legend={series.map(({ name }) => name).join('   ')} csv={csv} figure={figure} />
        </span>
      </div>
      <Suspense fallback={<div style={{ height }} />}>
        <CategoryCanvas model={model} height={height} label={label} />
      </Suspense>
    </figure>
  );
}
