const TEXTS = {
  en: {
    'waiter.title': 'Waiter',
    'waiter.todo': 'To do',
    'waiter.nothing': 'Nothing to do right now.',
    'waiter.tables': 'Tables',
    'waiter.done': 'Done',
    'kitchen.title': 'Kitchen',
    'kitchen.waiting': 'Waiting',
    'kitchen.cooking': 'Cooking',
    'kitchen.ready': 'At the pass',
    'kitchen.off': 'Not available: {names}',
    'lamp.idle': 'Not connected',
    'lamp.connecting': 'Connecting …',
    'lamp.open': 'Connected',
    'lamp.waiting': 'Connection lost; trying again in {seconds} s',
    'lamp.stopped': 'Stopped: {reason}',
    'gap': 'Something was missed ({reason}); what is shown begins now',
    'connect.who': 'Log in as',
    'connect.url': 'Address',
    'connect.token': 'Token',
    'connect.go': 'Connect',
    'place': 'Table {table}',
    'round': 'Round {number}',
    ROUND_PENDING: 'Order to confirm',
    ROUND_READY: 'Ready to serve',
    SERVICE_CALL_CREATED: 'Calls the waiter',
    CHECK_REQUESTED: 'Asks for the check',
    PAYMENT_REJECTED: 'Card refused',
    TABLE_SESSION_STARTED: 'Sits down',
    TABLE_CLEARED: 'Free',
  },
  es: {
    'waiter.title': 'Mozo',
    'waiter.todo': 'Pendiente',
    'waiter.nothing': 'No hay nada pendiente.',
    'waiter.tables': 'Mesas',
    'waiter.done': 'Listo',
    'kitchen.title': 'Cocina',
    'kitchen.waiting': 'En espera',
    'kitchen.cooking': 'En preparación',
    'kitchen.ready': 'En el pase',
    'kitchen.off': 'No disponible: {names}',
    'lamp.idle': 'Sin conexión',
    'lamp.connecting': 'Conectando …',
    'lamp.open': 'Conectado',
    'lamp.waiting': 'Se perdió la conexión; se reintenta en {seconds} s',
    'lamp.stopped': 'Detenido: {reason}',
    'gap': 'Se perdió algo ({reason}); lo que se ve empieza ahora',
    'connect.who': 'Entrar como',
    'connect.url': 'Dirección',
    'connect.token': 'Token',
    'connect.go': 'Conectar',
    'place': 'Mesa {table}',
    'round': 'Ronda {number}',
    ROUND_PENDING: 'Pedido para confirmar',
    ROUND_READY: 'Listo para servir',
    SERVICE_CALL_CREATED: 'Llama al mozo',
    CHECK_REQUESTED: 'Pide la cuenta',
    PAYMENT_REJECTED: 'Tarjeta rechazada',
    TABLE_SESSION_STARTED: 'Se sienta',
    TABLE_CLEARED: 'Libre',
  },
};

const language = navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en';
const TYPE_AT_MOST = 60;

/** The text of a key, or of an event type; of a type without a text, the type itself. */
export function t(key, values = {}) {
  const text = TEXTS[language][key] ?? key.slice(0, TYPE_AT_MOST).replaceAll('_', ' ').toLowerCase();
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Puts the texts into a page that is written in English. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = t(element.dataset.text);
  }
}
