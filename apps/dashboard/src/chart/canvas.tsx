import { useCallback, useEffect, useRef } from 'react';
import { categoryChartOption, type CategoryChartModel } from './category-chart-option.js';
import { connect, init, type ECharts, type EChartsCoreOption } from './echarts.js';
import { heatmapOption, type HeatmapModel } from './heatmap-option.js';
import { timeChartOption, type TimeChartModel } from './time-chart-option.js';

interface CanvasProps {
  /** Builds the option for the present width; called again when it changes. */
  option: (width: number) => EChartsCoreOption;
  height: number;
  label: string;
  group?: string | undefined;
}

/** The one place that holds an ECharts instance. It is loaded lazily, since the library is larger than all the rest. */
function Canvas({ option, height, label, group }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const build = useRef(option);
  build.current = option;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const instance = init(element, null, { renderer: 'canvas' });
    chart.current = instance;
    const observer = new ResizeObserver(() => {
      instance.resize();
      instance.setOption(build.current(element.clientWidth), { notMerge: true, silent: true });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      instance.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    if (!chart.current || !group) return;
    chart.current.group = group;
    connect(group);
  }, [group]);

  useEffect(() => {
    const width = box.current?.clientWidth ?? 0;
    if (width > 0) chart.current?.setOption(option(width), { notMerge: true, silent: true });
  }, [option]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}

interface TimeCanvasProps extends Omit<CanvasProps, 'option'> {
  model: Omit<TimeChartModel, 'width'>;
}

export function TimeCanvas({ model, ...rest }: TimeCanvasProps) {
  const option = useCallback((width: number) => timeChartOption({ ...model, width }), [model]);
  return <Canvas option={option} {...rest} />;
}

interface CategoryCanvasProps extends Omit<CanvasProps, 'option'> {
  model: CategoryChartModel;
}

export function CategoryCanvas({ model, ...rest }: CategoryCanvasProps) {
  const option = useCallback(() => categoryChartOption(model), [model]);
  return <Canvas option={option} {...rest} />;
}

interface HeatmapCanvasProps extends Omit<CanvasProps, 'option'> {
  model: HeatmapModel;
}

export function HeatmapCanvas({ model, height, ...rest }: HeatmapCanvasProps) {
  const option = useCallback((width: number) => heatmapOption(model, width, height), [model, height]);
  return <Canvas option={option} height={height} {...rest} />;
}
