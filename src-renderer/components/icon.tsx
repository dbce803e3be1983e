/** The icons of the window, as strokes in the colour of the text around them. */

const shapes = {
  chat: 'M4 5.5h16v11H9.5L5 20v-3.5H4z',
  status: 'M3.5 12.5h3.8l2.4-6.5 4.3 12.5 2.5-6h4',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 19V5.5M6 11l6-6 6 6',
  copy: 'M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  again: 'M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.8v4h-4',
  chevron: 'M7 10l5 5 5-5',
  down: 'M12 5v13M6 12.5l6 6 6-6',
  warning: 'M12 4L2.8 19.8h18.4zM12 10v4.5M12 17.3v.2',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5.5M12 7.7v.2',
  home: 'M4 11l8-6.5 8 6.5M6.5 9.5v10h11v-10',
  network:
    'M6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM12 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 6h8M7 7.8l4 8.4M17 7.8l-4 8.4',
  pools:
    'M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM3 19.5c0-3.3 2.5-5.5 6-5.5s6 2.2 6 5.5M16 5.6a3.2 3.2 0 0 1 0 5.6M17.5 14.4c2.2.7 3.5 2.5 3.5 5.1',
  models: 'M12 4l8.5 4.3L12 12.6 3.5 8.3zM3.5 12.2l8.5 4.3 8.5-4.3M3.5 16l8.5 4.3L20.5 16',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  stop: 'M7.5 7.5h9v9h-9z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z',
  pause: 'M8.5 6v12M15.5 6v12',
  play: 'M8 5.5l10.5 6.5L8 18.5z',
  machine: 'M4 6h16v9.5H4zM9 19.5h6M12 15.5v4',
  doctor: 'M9 4.5h6v3.5H9zM9 6H5.5v14h13V6H15M8.5 13.5l2.6 2.6 4.6-5',
  settings:
    'M4 7h8M16.5 7H20M4 17h3.5M12 17h8M14.3 9.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM9.7 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z',
  power: 'M13 3.5L6 13.5h5l-1 7 7.5-10.5h-5z',
  folder: 'M3.5 6.5h6l2 2.5h9v10h-17z',
} as const;

export type IconName = keyof typeof shapes;

/** An icon is only decoration: the text beside it, or the label of its button, has the meaning. */
export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
