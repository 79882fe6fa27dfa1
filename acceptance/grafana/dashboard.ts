// A dashboard as files hold it: what Grafana publishes as types, with the options of each kind of panel that we make, and
// nothing left open. Grafana itself ignores what it does not know, so a misspelt option would only be missed by a reader.
import type { Dashboard, DataSourceRef, Panel, RowPanel } from '@grafana/schema';
import type { Options as BarGauge } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as Gauge } from '@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as TableField,
  Options as Table,
} from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesField,
  Options as TimeSeries,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** In a file, a member of an enumeration is its text. */
type Json<T> = unknown extends T
  ? unknown
  : T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends Array<infer E>
        ? Array<Json<E>>
        : { [K in keyof T]: Json<T[K]> };

/** What a panel asks Prometheus; Grafana has no such type in this package. */
interface Query {
  refId: string;
  datasource: DataSourceRef;
  expr: string;
  legendFormat: string;
  instant: boolean;
  range: boolean;
  format: 'time_series' | 'table' | 'heatmap';
}

type Loose = 'type' | 'title' | 'description' | 'id' | 'gridPos' | 'datasource' | 'options' | 'targets' | 'fieldConfig';

type Fields<C> = Omit<Json<NonNullable<Panel['fieldConfig']>>, 'defaults'> & {
  defaults: Omit<Json<NonNullable<Panel['fieldConfig']>['defaults']>, 'custom' | 'unit'> & {
    unit: string;
    custom?: Partial<Json<C>>;
  };
};

/** A panel of one kind. What has a default in Grafana need not be written. */
type Of<K extends string, O, C = Record<string, never>> = Omit<Json<Panel>, Loose> & {
  type: K;
  id: number;
  title: string;
  description: string;
  gridPos: NonNullable<Panel['gridPos']>;
  datasource: DataSourceRef;
  options: Partial<Json<O>>;
  fieldConfig: Fields<C>;
  targets: [Query, ...Query[]];
};

type Shown =
  | Of<'bargauge', BarGauge>
  | Of<'gauge', Gauge>
  | Of<'stat', Stat>
  | Of<'table', Table, TableField>
  | Of<'timeseries', TimeSeries, TimeSeriesField>;

type Row = Omit<Json<RowPanel>, 'type' | 'panels'> & { type: 'row'; panels: never[] };

export type File = Omit<Json<Dashboard>, 'panels'> & {
  uid: string;
  title: string;
  panels: Array<Shown | Row>;
};
